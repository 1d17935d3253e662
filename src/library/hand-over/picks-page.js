// The script of the file that a client gets. It is in that file exactly as written here, under a policy that allows this
// script alone, opened from a disk: no modules, no network, no HTML made of texts.
const sheet = document.body.dataset.sheet ?? ''
const title = document.title
const key = `atelier-picks ${sheet}`
const items = [...document.querySelectorAll('[data-image]')]
const count = document.querySelector('#count')
const said = document.querySelector('#said')
const large = document.querySelector('#large')
let shown = 0

const partsOf = (item) => ({
  image: item.dataset.image,
  name: item.dataset.name,
  pick: item.querySelector('.pick'),
  note: item.querySelector('textarea'),
  drawn: item.querySelector('img'),
})
const isPicked = (item) => partsOf(item).pick.getAttribute('aria-pressed') === 'true'

function setPicked(item, isOn) {
  partsOf(item).pick.setAttribute('aria-pressed', String(isOn))
  item.classList.toggle('picked', isOn)
  keep()
}

/** A browser that keeps nothing for a file on a disk forgets the picks when the page is closed; the button still saves them. */
function keep() {
  const picks = picksNow()
  const picked = picks.filter((pick) => pick.picked).length
  count.textContent = `${picked} of ${items.length} picked`
  try {
    localStorage.setItem(key, JSON.stringify(picks))
  } catch {
    // See above.
  }
}

function restore() {
  let picks = []
  try {
    picks = JSON.parse(localStorage.getItem(key) ?? '[]')
  } catch {
    // See above.
  }
  for (const { image, picked, note } of picks) {
    const item = items.find((each) => each.dataset.image === image)
    if (!item) continue
    partsOf(item).note.value = note
    partsOf(item).pick.setAttribute('aria-pressed', String(picked))
    item.classList.toggle('picked', picked)
  }
  keep()
}

function picksNow() {
  return items
    .map((item) => {
      const { image, name, note } = partsOf(item)
      return { image, name, picked: isPicked(item), note: note.value.trim() }
    })
    .filter(({ picked, note }) => picked || note !== '')
}

function save() {
  const picks = {
    format: 'atelier-picks',
    version: 1,
    sheet,
    title,
    savedAt: new Date().toISOString(),
    picks: picksNow(),
  }
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(picks, undefined, 1)], { type: 'application/json' }))
  link.download = `picks-${document.body.dataset.file ?? 'atelier'}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  said.textContent = `Saved as ${link.download}. Send that file back.`
}

function show(index) {
  shown = (index + items.length) % items.length
  const item = items[shown]
  const { drawn, name } = partsOf(item)
  const image = large.querySelector('img')
  image.src = drawn.src
  image.alt = drawn.alt
  large.querySelector('#large-name').textContent = `${shown + 1} of ${items.length} · ${name}`
  large.querySelector('#large-pick').setAttribute('aria-pressed', String(isPicked(item)))
  if (!large.open) large.showModal()
}

function toggleShown() {
  setPicked(items[shown], !isPicked(items[shown]))
  large.querySelector('#large-pick').setAttribute('aria-pressed', String(isPicked(items[shown])))
}

items.forEach((item, index) => {
  const { pick, note } = partsOf(item)
  pick.addEventListener('click', () => setPicked(item, !isPicked(item)))
  note.addEventListener('input', keep)
  item.querySelector('.open').addEventListener('click', () => show(index))
})
large.querySelector('#large-pick').addEventListener('click', toggleShown)
large.querySelector('#before').addEventListener('click', () => show(shown - 1))
large.querySelector('#next').addEventListener('click', () => show(shown + 1))
large.querySelector('#close').addEventListener('click', () => large.close())
large.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowRight') show(shown + 1)
  if (event.key === 'ArrowLeft') show(shown - 1)
  if (event.key.toLowerCase() === 'p') toggleShown()
})
document.querySelector('#save').addEventListener('click', save)
restore()
