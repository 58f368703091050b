import type { City } from '../geography.ts'
import type { Played } from '../play.ts'
import { cellsOf, enough, quantilesOf } from './figures.ts'
import { groups, rowsOf, samplesOf } from './tables.ts'

const size = { row: 22, label: 110, panel: 330, gap: 28, top: 76, head: 30 } as const
const colours = ['#0f766e', '#b45309', '#64748b'] as const
const most = 1_000
const least = 1

const key = 'dot: p50; thick line: to p95; thin line: to p99, or to the highest of too few'

/**
 * By city, and of all: one panel for each kind of request, one colour for each contender. The scale is logarithmic, from
 * 1 ms to 1 s.
 */
export function chart(played: readonly Played[], cities: readonly City[]): string {
  const width = size.label + groups.length * (size.panel + size.gap)
  const rows = rowsOf(cities)
  const height = size.top + rows.length * size.row + size.head
  const legend = played.map(({ name }, place) => {
    const x = size.label + place * 170
    return `<circle cx="${x}" cy="22" r="5" fill="${colourOf(place)}"/>${text(x + 12, 26, name)}`
  })
  const names = rows.map(({ name }, row) => text(size.label - 12, rowAt(row) + 4, name, 'end'))
  const panels = groups.map(({ title, kinds }, place) => {
    const left = size.label + place * (size.panel + size.gap)
    const marks = rows.flatMap(({ name, places }, row) =>
      played.map((one, contender) => {
        const times = samplesOf(one, places, kinds).map((sample) => sample.milliseconds)
        const quantiles = quantilesOf(times)
        const { count } = quantiles
        if (count === 0) return ''
        const y = rowAt(row) + (contender - (played.length - 1) / 2) * 6
        const [, p50, p95, p99] = cellsOf(quantiles)
        const told = `${title}, ${name}, ${one.name}: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms of ${count}`
        const at = (which: 'p50' | 'p95' | 'p99') => left + positionOf(quantiles[which])
        const line = (to: number, thickness: number) =>
          `<line x1="${at('p50')}" y1="${y}" x2="${to}" y2="${y}" stroke="${colourOf(contender)}" stroke-width="${thickness}"/>`
        return [
          `<g><title>${told}</title>`,
          line(at('p99'), 0.75),
          count < enough.p95 ? '' : line(at('p95'), 2.5),
          `<circle cx="${at('p50')}" cy="${y}" r="3.5" fill="${colourOf(contender)}"/></g>`,
        ].join('')
      }),
    )
    return [text(left, size.top - 22, `${title}, ms`, 'start', 600), axis(left, height), ...marks].join('\n')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#1f2937">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...legend,
    text(size.label + played.length * 170, 26, key),
    ...names,
    ...panels,
    '</svg>\n',
  ].join('\n')
}

function axis(left: number, height: number): string {
  return [1, 3, 10, 30, 100, 300, 1_000]
    .map((value) => {
      const x = left + positionOf(value)
      const line = `<line x1="${x}" y1="${size.top - 8}" x2="${x}" y2="${height - size.head}" stroke="#e5e7eb"/>`
      return line + text(x, height - size.head + 16, `${value}`, 'middle')
    })
    .join('\n')
}

const rowAt = (row: number): number => size.top + (row + 0.5) * size.row

/** Of a time on the scale, from the left of its panel. */
function positionOf(value: number): number {
  const within = Math.min(most, Math.max(least, value))
  return Math.round((Math.log(within / least) / Math.log(most / least)) * size.panel * 10) / 10
}

function text(x: number, y: number, words: string, anchor = 'start', weight = 400): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-weight="${weight}">${words}</text>`
}

function colourOf(place: number): string {
  return colours[place % colours.length] ?? colours[0]
}
