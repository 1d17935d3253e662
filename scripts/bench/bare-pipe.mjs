// The reference for the proxy: forwards everything to the given address, and does nothing else.
import { Agent, createServer, request } from 'node:http'

const [, , service] = process.argv
const agent = new Agent({ keepAlive: true, maxSockets: 256 })

const server = createServer((incoming, outgoing) => {
  const { method, headers, url } = incoming
  const forwarded = request(service + url, { agent, method, headers }, (response) => {
    outgoing.writeHead(response.statusCode, response.headers)
    response.pipe(outgoing)
  })
  forwarded.on('error', () => outgoing.destroy())
  outgoing.once('close', () => outgoing.writableFinished || forwarded.destroy())
  incoming.pipe(forwarded)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
