// SPDX-License-Identifier: Apache-2.0
import { render } from 'preact'
import type { PageData } from '../data.ts'
import { App } from './app.tsx'

const data = JSON.parse(document.querySelector('#data')!.textContent) as PageData
render(<App data={data} />, document.querySelector('#page')!)
