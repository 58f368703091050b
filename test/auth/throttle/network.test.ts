import { expect, test } from 'vitest'
import { networkOf, siteOf } from '../../../src/auth/throttle/network.ts'

const of = (address: string) => networkOf(new Headers({ 'cf-connecting-ip': address }))

test.each([
  ['198.51.100.7', '198.51.100.7'],
  [' 198.51.100.7 ', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['::FFFF:c633:6407', '198.51.100.7'],
  ['0:0:0:0:0:ffff:c633:6407', '198.51.100.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['64:ff9b::198.51.100.7', '64:ff9b:0:0::/64'],
])('%s is %s', (address, network) => {
  expect(of(address)).toBe(network)
})

test.each([
  ['2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:db8:0:0::/64', '2001:db8:0::/48'],
  ['198.51.100.7', null],
])('around %s is %s', (network, site) => {
  expect(siteOf(network)).toBe(site)
})

test.each([
  '',
  '127.0.0.1',
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '198.51.100.256',
  '198.51.100',
  '0198.51.100.7',
  '2001:db8::1::2',
  '2001:db8:1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7::8',
  'localhost',
  '198.51.100.7, 10.0.0.1',
])('%s is no network', (address) => {
  expect(of(address)).toBeNull()
})
