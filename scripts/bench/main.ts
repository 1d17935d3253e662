import { readAsked } from './asked.ts'
import { benchFirstLoad } from './first-load.ts'
import { benchGallery } from './gallery.ts'
import { benchLibrary } from './library.ts'
import { benchPolling } from './polling.ts'
import { benchProtect, protectGroups } from './protect.ts'
import { benchProxy } from './proxy.ts'
import { benchPush } from './push.ts'
import { print, type Row } from './report.ts'
import { benchSave } from './save.ts'
import { benchZip } from './zip.ts'

interface Part {
  title: string
  yardstick: string
  /** Groups of its rows that can be asked for alone. */
  groups?: readonly string[]
  /** Measures these groups, or everything if none is named. */
  bench: (only: readonly string[]) => readonly Row[] | Promise<readonly Row[]>
}

const parts: Readonly<Record<string, Part>> = {
  'first-load': {
    title: 'First load',
    yardstick: 'a React page that says Hello, built with the same tool and served by the same server',
    bench: benchFirstLoad,
  },
  gallery: {
    title: 'Gallery of samples in a browser profile on disk',
    yardstick: 'the same page with 100 samples; for scrolling, the same grid with one picture for all tiles',
    bench: benchGallery,
  },
  library: {
    title: 'Library of distinct images, records alone, in a browser profile on disk',
    yardstick: 'the same page with 100 images; for a keystroke, a bare scan of the same texts in Node',
    bench: benchLibrary,
  },
  save: {
    title: 'Save of a 2048 × 2048 picture to the gallery; blocked: the longest task, in processor time',
    yardstick: 'the page does it all: image, canvas, toDataURL, FileReader, put',
    bench: benchSave,
  },
  polling: {
    title: 'Finished at the service to known here, durations simulated',
    yardstick: 'a client that asks every 3 s',
    bench: benchPolling,
  },
  push: {
    title: 'Finished at the service to known here, in real time, the same tasks for all',
    yardstick: 'the same page without a stream; a client that asks every 3 s',
    bench: benchPush,
  },
  protect: {
    title: 'An answer with known faults, laid into its source',
    yardstick: 'the faults as they were made; for time, one drawImage of the answer over the source',
    groups: protectGroups,
    bench: benchProtect,
  },
  zip: {
    title: 'Backups and exports that are large',
    yardstick: 'the number of entries that were written, as other programs read them',
    bench: benchZip,
  },
  proxy: {
    title: 'Proxy, load generator and service on the same machine',
    yardstick: 'a bare node:http pipe to the same service',
    bench: benchProxy,
  },
}

const asked = readAskedOrExit()

function readAskedOrExit() {
  try {
    return readAsked(process.argv.slice(2), parts)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

const startedAt = performance.now()
const missed: string[] = []
for (const [name, { title, yardstick, bench }] of Object.entries(parts)) {
  const groups = asked.get(name)
  if (!groups) continue
  const rows = await bench(groups)
  print(title, yardstick, rows)
  missed.push(...rows.filter(({ holds }) => !holds).map(({ what }) => `${name}: ${what}`))
}
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1)
console.log(`\n${missed.length === 0 ? 'All goals hold' : `Missed: ${missed.join('; ')}`} (${minutes} min)`)
