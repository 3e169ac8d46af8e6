// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** The browser that is needed and not installed. */
export const missingBrowser = spawnSync(executablePath, ['--version']).error === undefined ? undefined : executablePath

/** A report in a browser, with all that happened beside what it shows. */
export interface Opened {
  readonly page: Page
  /** Dialogs, requests but for the file itself, and how they failed, errors, warnings of the console, what the policy refused. */
  readonly trouble: readonly string[]
}

/** A real browser without a window, and a folder for its files. */
export class Chromium {
  readonly folder = mkdtempSync(join(tmpdir(), 'fencecheck-page-'))
  readonly #browser: Promise<Browser>
  #files = 0

  constructor() {
    this.#browser = chromium.launch({ executablePath })
  }

  /** Opens a document as who has been sent the file would; `hash` is the end of a link to it. */
  async open(html: string, hash = '', options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(this.folder, `${++this.#files}.html`)
    writeFileSync(file, html)
    const context = await (await this.#browser).newContext({ viewport: { width: 1400, height: 1000 }, ...options })
    const page = await context.newPage()
    const url = pathToFileURL(file).href
    const trouble: string[] = []
    page.on('dialog', (dialog) => {
      trouble.push(`dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) trouble.push(`request ${request.url()}`)
    })
    page.on('requestfailed', (request) => trouble.push(`refused ${request.url()}: ${request.failure()?.errorText}`))
    page.on('pageerror', (error) => trouble.push(`error ${error.message}`))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) trouble.push(`console ${message.text()}`)
    })
    await page.goto(`${url}${hash}`)
    return { page, trouble }
  }

  async closePages(): Promise<void> {
    for (const context of (await this.#browser).contexts()) await context.close()
  }

  async close(): Promise<void> {
    await (await this.#browser).close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
