import { defineConfig } from 'fencecheck'

// What `fencecheck check` does here; flags win over it.
export default defineConfig({
  models: ['models'],
  timeout: '5m',
})
