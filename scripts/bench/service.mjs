// The service behind the proxies under test: one JSON answer, one image of 4 MB, one that is sent slowly, and a count
// of transfers.
import { createServer } from 'node:http'

const record = JSON.stringify({
  code: 200,
  msg: 'success',
  data: { taskId: '4f1c0b7a9d2e48c3a6b5f0e1d2c3b4a5', model: 'flux-2/pro-text-to-image', state: 'generating' },
})
const picture = Buffer.alloc(4 * 1024 * 1024, 0x5a)
picture.set([0xff, 0xd8, 0xff, 0xe0])
const dripBytes = 16 * 1024
const dripMs = 50

let begun = 0
let open = 0

function drip(response) {
  begun += 1
  open += 1
  let sent = 0
  const next = () => {
    if (sent >= picture.length) return response.end()
    response.write(picture.subarray(sent, sent + dripBytes))
    sent += dripBytes
  }
  const timer = setInterval(next, dripMs)
  next()
  response.once('close', () => {
    clearInterval(timer)
    open -= 1
  })
}

function send(response, type, body) {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

const server = createServer((request, response) => {
  switch (request.url) {
    case '/picture.jpg':
      return send(response, 'image/jpeg', picture)
    case '/slow.jpg':
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': picture.length })
      return drip(response)
    case '/transfers':
      return send(response, 'application/json', JSON.stringify({ begun, open }))
    default:
      return send(response, 'application/json', record)
  }
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
