// How much of each list of faults and attacks a passed test covers. A test has its numbers at the start of its title.
import { existsSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { testsOfReports } from './reports.mjs'

/**
 * Faults and attacks both have a list D, and journeys are called J1, so attacks are titled "SEC D05", or just "D05"
 * among the tests of the server.
 */
const lists = [
  { id: 'P', title: 'Paid path', letter: 'P', size: 26 },
  { id: 'U', title: 'Upstream', letter: 'U', size: 20 },
  { id: 'W', title: 'Callbacks and push', letter: 'W', size: 12 },
  { id: 'D', title: 'Local data', letter: 'D', size: 20 },
  { id: 'T', title: 'Time, tabs, machine', letter: 'T', size: 12 },
  { id: 'S', title: 'Server and replicas', letter: 'S', size: 10 },
  { id: 'SEC A', title: 'Secrets', letter: 'A', size: 15 },
  { id: 'SEC B', title: 'Abuse', letter: 'B', size: 20 },
  { id: 'SEC C', title: 'Guarded fetch', letter: 'C', size: 47 },
  { id: 'SEC D', title: 'Hostile uploads', letter: 'D', size: 17 },
  { id: 'SEC E', title: 'Page content', letter: 'E', size: 10 },
  { id: 'SEC F', title: 'Callbacks', letter: 'F', size: 12 },
  { id: 'SEC G', title: 'Cross-site', letter: 'G', size: 8 },
  { id: 'SEC H', title: 'HTTP edge', letter: 'H', size: 28 },
  { id: 'SEC I', title: 'Archives, metadata', letter: 'I', size: 15 },
  { id: 'SEC J', title: 'Redis, supply chain', letter: 'J', size: 12 },
]
const letters = [...new Set(lists.map(({ letter }) => letter))].join('')
const faultLetters = 'PUWTS'
const numbered = new RegExp(`^(SEC\\s+)?([${letters}])(\\d\\d)(?:\\s*[-–]\\s*\\2?(\\d\\d))?(?![\\w])[,:]?\\s*`)

/**
 * The numbers at the start of a title, each as "P04" or "SEC C01": "P04 P10 …", "E06, D03: …", "C01-C06 …". `inServer`:
 * a plain D or J is an attack there.
 */
export function numbersIn(title, inServer) {
  const numbers = []
  // A section number may come first: "8.5 P20 …".
  let rest = title.trimStart().replace(/^(?:\d+\.\d+\s+)+/, '')
  let marked = false
  for (;;) {
    const match = numbered.exec(rest)
    if (!match) return numbers
    const [whole, mark, letter, first, last = first] = match
    // "SEC A05 A06": the prefix applies to all that follow it.
    marked ||= mark !== undefined
    if (letter === 'J' && !(marked || inServer)) return numbers
    const isAttack = !faultLetters.includes(letter) && (letter !== 'D' || marked || inServer)
    for (let number = Number(first); number <= Number(last); number += 1) {
      numbers.push(`${isAttack ? 'SEC ' : ''}${letter}${String(number).padStart(2, '0')}`)
    }
    rest = rest.slice(whole.length)
  }
}

/** Covered: at least one test with the number passed, and none of them failed. */
function coveredIn(tests) {
  const passed = new Set()
  const failed = new Set()
  for (const { file, titles, state } of tests) {
    const inServer = `${sep}${file}`.includes(join(sep, 'tests', 'unit', 'server', sep))
    for (const number of titles.flatMap((title) => numbersIn(title, inServer))) {
      if (state === 'passed') passed.add(number)
      if (state === 'failed') failed.add(number)
    }
  }
  return new Set([...passed].filter((number) => !failed.has(number)))
}

/** The numbers that docs/not-covered.md explains: its lines start with "- P20:" or "- SEC D05:". */
function explained(root) {
  const file = join(root, 'docs', 'not-covered.md')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  return new Set(lines.filter((line) => line.startsWith('- ')).flatMap((line) => numbersIn(line.slice(2), false)))
}

/**
 * One line per list: how many numbers passed tests cover, and which are missing; those with a stated reason in
 * brackets.
 */
export function printCoverage(root, folder = join(root, 'node_modules', '.cache', 'reports')) {
  const covered = coveredIn(testsOfReports(folder))
  const known = explained(root)
  console.log('\nFaults and attacks covered by a passed test')
  for (const { id, title, letter, size } of lists) {
    const prefix = id.startsWith('SEC') ? 'SEC ' : ''
    const numbers = Array.from(
      { length: size },
      (_, index) => `${prefix}${letter}${String(index + 1).padStart(2, '0')}`,
    )
    const missing = numbers.filter((number) => !covered.has(number))
    const named = missing.map((number) => {
      const plain = number.replace('SEC ', '')
      return known.has(number) ? `(${plain})` : plain
    })
    const rest = missing.length > 0 ? `  missing: ${named.join(' ')}` : ''
    console.log(`  ${id.padEnd(6)}${title.padEnd(21)}${String(size - missing.length).padStart(2)} of ${size}${rest}`)
  }
  console.log('  In brackets: not covered for a reason that docs/not-covered.md gives.')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) printCoverage(join(import.meta.dirname, '..'), process.argv[2])
