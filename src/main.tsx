import { createRoot } from 'react-dom/client'
import { App } from '#app/app.tsx'
import { openServices, ServicesProvider } from '#app/services.tsx'

// Not awaited at the top level: modules loaded later import this file, and would wait for it to finish.
async function main() {
  const services = await openServices()
  const root = document.getElementById('root')
  if (!root) return
  createRoot(root).render(
    <ServicesProvider services={services}>
      <App />
    </ServicesProvider>,
  )
}

void main()
