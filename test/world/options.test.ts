import { expect, test } from 'vitest'
import { cities } from '../../bench/world/geography.ts'
import { contenderNames, readOptions } from '../../bench/world/options.ts'

test('by default: ten cities, three contenders, a minute', () => {
  expect(readOptions([])).toMatchObject({
    ...{
      cities,
      contenders: contenderNames,
      seconds: 60,
      warmSeconds: 30,
      perSecond: 120,
      scale: 1,
      loss: 0,
    },
    ...{
      requests: Number.POSITIVE_INFINITY,
      faults: false,
      direct: false,
      seed: 1,
      products: 300,
      out: null,
    },
    primary: { name: 'Virginia' },
    replicas: [{ name: 'Frankfurt' }, { name: 'Tokyo' }],
  })
})

test.each([
  [['--quick'], { seconds: 15, warmSeconds: 5, perSecond: 60, cities: { length: 3 } }],
  [['--direct'], { contenders: ['selvage'], warmSeconds: 0, perSecond: null, cities: { length: 2 } }],
  [['--direct', '--only', 'one database', '--rate', '7'], { contenders: ['one database'], perSecond: 7 }],
  [['--requests', '1000'], { requests: 1_000, seconds: 86_400, perSecond: null }],
  [['--requests', '1000', '--seconds', '9', '--rate', '50'], { seconds: 9, perSecond: 50 }],
  [['--rate', 'max'], { perSecond: null }],
  [['--faults'], { faults: true, loss: 0.001 }],
  [['--faults', '--loss', '0'], { faults: true, loss: 0 }],
  [['--cities', '2'], { cities: [{ name: 'Virginia' }, { name: 'California' }] }],
  [
    ['--cities', 'tokyo,sao paulo', '--replicas', ''],
    { cities: [{ name: 'Tokyo' }, { name: 'São Paulo' }], replicas: [] },
  ],
  [['--only', 'central server, selvage'], { contenders: ['central server', 'selvage'] }],
])('%j', (args, expected) => {
  expect(readOptions(args)).toMatchObject(expected)
})

test.each([
  [['--scale', '0'], "--scale takes 0.001 to 10, not '0'"],
  [['--seconds', 'long'], "--seconds takes 1 to 86400, not 'long'"],
  [['--loss', '0.6'], '--loss takes 0 to 0.5'],
  [['--cities', 'Virginia,Atlantis'], "'Atlantis' is no city"],
  [['--replicas', 'Atlantis'], "'Atlantis' is no city"],
  [['--only', 'selvage,nobody'], "--only takes selvage, one database, central server, not 'nobody'"],
  [['--sedd', '1'], '--sedd'],
  [['--seed'], '--seed'],
  [['7'], '7'],
])('%j is refused', (args, words) => {
  expect(() => readOptions(args)).toThrow(words)
})
