import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ isSsrBuild }) => ({
  plugins: isSsrBuild ? [] : [react(), tailwindcss()],
  build: isSsrBuild
    ? {
        outDir: 'dist/server',
        target: 'node20',
        copyPublicDir: false,
        rollupOptions: { input: { server: 'src/server/main.ts' } },
      }
    : { outDir: 'dist/page', target: 'es2023', modulePreload: { polyfill: false }, sourcemap: false },
  worker: { format: 'es' },
}))
