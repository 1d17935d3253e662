import { createRoot } from 'react-dom/client'
import { App } from '#app/app.tsx'
import { openServices, ServicesProvider } from '#app/services.tsx'

const services = await openServices()
const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <ServicesProvider services={services}>
      <App />
    </ServicesProvider>,
  )
}
