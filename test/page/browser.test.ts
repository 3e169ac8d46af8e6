// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { htmlReporter } from '#report/html'
import type { Reported } from '#report/reporter'
import { broken, everything, withText } from '../report/reported.ts'
import { Chromium, missingBrowser, type Opened } from './chromium.ts'
import { leastContrasts } from './contrast.ts'
import { handshakeReported, longReported } from './samples.ts'

// The page of the HTML report in a real browser.

const handshake = await handshakeReported(2)
const link = (step?: number): string => `#instance=test/handshake+today${step === undefined ? '' : `&step=${step}`}`
const documentOf = (...reported: readonly Reported[]): string => htmlReporter.render(reported, [])
const phone = { viewport: { width: 360, height: 740 }, hasTouch: true }

const chromium = missingBrowser === undefined ? new Chromium() : undefined
afterEach(() => chromium?.closePages())
afterAll(() => chromium?.close())
const open = (...args: Parameters<Chromium['open']>): Promise<Opened> => chromium!.open(...args)

/** What the page says of the step. */
const shownOf = (page: Page): Promise<object> =>
  page.evaluate(() => {
    const texts = (selector: string): string[] =>
      [...document.querySelectorAll(selector)].map((element) => element.textContent.trim().replace(/\s+/g, ' '))
    const rowsAt = (element: Element): string[] => {
      const { top, bottom } = element.getBoundingClientRect()
      return [...document.querySelectorAll('[data-row]')]
        .filter((row) => {
          const box = row.querySelector('.number')!.getBoundingClientRect()
          return (box.top + box.bottom) / 2 > top && (box.top + box.bottom) / 2 < bottom
        })
        .map((row) => row.getAttribute('data-row')!)
    }
    return {
      count: texts('.step-count'),
      marked: [...document.querySelectorAll('.current')].flatMap(rowsAt),
      processes: texts('.table-panel tbody th bdi'),
      holds: texts('.table-panel td[data-label="holds"]'),
      waits: texts('.table-panel td[data-label="waits for"]'),
      edges: texts('.wait-graph .edge title'),
      line: texts('.current-line code'),
      stands: texts('.stands'),
      said: texts('[role="status"][aria-live]'),
    }
  })

/** Opens instances of every kind, at the end, at the start and in between. */
const lookAtEverything = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const drawn = (): Promise<unknown> => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
    const links = [...document.querySelectorAll<HTMLAnchorElement>('.models a')]
    for (const link of links.filter((_, i) => i === 0 || i > 3)) {
      link.click()
      await drawn()
      for (const key of ['k', 'Home']) {
        dispatchEvent(new KeyboardEvent('keydown', { key }))
        await drawn()
      }
    }
  })

const missing = missingBrowser !== undefined && process.env['CI'] === undefined
if (missing)
  test.skip(`${missingBrowser} is not installed (CHROMIUM names another): the page was not looked at`, () => {})

describe.skipIf(missing)('the page in a browser', () => {
  test('steps through a counterexample by keyboard, and shows what the model does', async () => {
    const { page, trouble } = await open(documentOf(handshake), link(0))
    const source = handshake.source!.split('\n')
    const lineWith = (text: string, after: string): string =>
      source
        .slice(source.findIndex((line) => line.includes(after)))
        .find((line) => line.includes(text))!
        .trim()
    const ioctl = "m.thread('ioctl'"
    const worker = "m.worker('worker'"
    const start = { holds: ['–', '–'], waits: ['–', 'c from the start'], edges: ['worker waits for c: ioctl'] }
    expect(await shownOf(page)).toMatchObject({ ...start, processes: ['ioctl', 'worker'], count: ['0 / 6'] })
    expect(await shownOf(page)).toMatchObject({ marked: ['0'], line: [], said: ['Start. worker waits for c.'] })

    const [r, s] = ['r (write) since 1', 's (write) since 4']
    const [toWorker, toIoctl] = ['ioctl waits for f: worker', 'worker waits for r: ioctl']
    const steps = [
      {
        key: 'j',
        holds: [r, '–'],
        waits: ['–', 'c from the start'],
        edges: ['worker waits for c: ioctl'],
        line: lineWith('t.lock(r)', ioctl),
        said: 'Step 1 of 6: ioctl: lock r. worker waits for c.',
      },
      {
        key: 'ArrowRight',
        holds: [r, '–'],
        waits: ['f since 2', '–'],
        edges: [toWorker],
        line: lineWith('t.complete(c)', ioctl),
        said: 'Step 2 of 6: ioctl: complete c. ioctl waits for f.',
      },
      {
        key: 'ArrowDown',
        holds: [r, '–'],
        waits: ['f since 2', '–'],
        edges: [toWorker],
        line: lineWith('t.waitForCompletion(c)', worker),
        said: 'Step 3 of 6: worker: waitForCompletion c. ioctl waits for f.',
      },
      {
        key: 'j',
        holds: [r, s],
        waits: ['f since 2', '–'],
        edges: [toWorker],
        line: lineWith('t.lock(s)', worker),
        said: 'Step 4 of 6: worker: lock s. ioctl waits for f.',
      },
      {
        key: 'j',
        holds: [r, s],
        waits: ['–', 'r since 5'],
        edges: [toIoctl],
        line: lineWith('t.signal(f)', worker),
        said: 'Step 5 of 6: worker: signal f. worker waits for r.',
      },
      {
        key: 'j',
        holds: [r, s],
        waits: ['mutex s in mutex_lock() since 6', 'mutex r in mutex_lock() since 5'],
        edges: ['ioctl waits for s: worker', toIoctl],
        line: lineWith('t.wait(f)', ioctl),
        said: 'Step 6 of 6: ioctl: wait f. ioctl waits for mutex s in mutex_lock(). worker waits for mutex r in mutex_lock().',
      },
    ]
    for (const [i, { key, line, said, ...rest }] of steps.entries()) {
      await page.keyboard.press(key)
      const where = { count: [`${i + 1} / 6`], marked: [`${i + 1}`], line: [line], said: [said] }
      expect(await shownOf(page)).toMatchObject({ ...rest, ...where })
    }
    const { stands } = (await shownOf(page)) as { stands: readonly string[] }
    expect(stands.map((text) => text.replace(/^\d+/, ''))).toEqual(['A t.lock(s)', 'B t.lock(r)'])
    await page.keyboard.press('j')
    expect(await shownOf(page)).toMatchObject({ count: ['6 / 6'] })
    const back = [
      ['k', 5],
      ['ArrowLeft', 4],
      ['ArrowUp', 3],
      ['Home', 0],
      ['k', 0],
      ['End', 6],
      ['r', 2],
    ] as const
    for (const [key, step] of back) {
      await page.keyboard.press(key)
      expect(await shownOf(page), key).toMatchObject({ count: [`${step} / 6`], marked: [`${step}`] })
    }
    expect(trouble).toEqual([])
  })

  test('draws lanes, holds, waits, the signal and the point of no return where they belong', async () => {
    const { page } = await open(documentOf(handshake), link(6))
    const titles = await page.locator('.chunk title').allTextContents()
    expect(titles.filter((title) => !/^(ioctl|worker): /.test(title)).toSorted()).toEqual([
      'after step 2 nothing avoids the outcome',
      'holds r, from step 1 to the end',
      'holds s, from step 4 to the end',
      'step 2: ioctl lets worker go on (c)',
      'step 5: worker lets ioctl go on (f)',
      'waits for c, from step 0 to step 2',
      'waits for f, from step 2 to step 5',
      'waits for r, from step 5 to the end',
      'waits for s, from step 6 to the end',
    ])
    expect(await page.locator('.lane-head bdi').allTextContents()).toEqual(['ioctl', 'worker'])
    const middle = async (selector: string): Promise<number> => {
      const box = (await page.locator(selector).boundingBox())!
      return box.y + box.height / 2
    }
    const row = (step: number): Promise<number> => middle(`[data-row="${step}"] .number`)
    expect(Math.abs((await middle('.no-return line')) - ((await row(2)) + (await row(3))) / 2)).toBeLessThan(3)
    const wait = (await page.locator('.chunk .wait rect').first().boundingBox())!
    expect(Math.abs(wait.y - (await row(2)))).toBeLessThan(3)
    expect(Math.abs(wait.y + wait.height - (await row(5)))).toBeLessThan(3)
    const arrow = (await page.locator('.chunk .arrow .head').last().boundingBox())!
    expect(arrow.y).toBeGreaterThan(await row(5))
    expect(arrow.y).toBeLessThan(await row(6))
  })

  test('draws where a round begins, which its button goes to', async () => {
    const { violation } = handshake.result
    const trace = { ...violation!.trace, backTo: 3 }
    const round = { ...handshake, result: { ...handshake.result, violation: { ...violation!, trace } } }
    const { page } = await open(documentOf(round), link(6))
    const middle = async (selector: string): Promise<number> => {
      const box = (await page.locator(selector).boundingBox())!
      return box.y + box.height / 2
    }
    const row = (step: number): Promise<number> => middle(`[data-row="${step}"] .number`)
    expect(Math.abs((await middle('.round line')) - ((await row(3)) + (await row(4))) / 2)).toBeLessThan(3)
    expect(await page.locator('.round text').textContent()).toBe('from here on for ever')
    expect(await page.locator('.table-panel').textContent()).toContain('Everything is as it was after step 3')
    await page.getByRole('button', { name: 'goes round from: 3' }).click()
    expect(await shownOf(page)).toMatchObject({ count: ['3 / 6'] })
    expect(await page.locator('.table-panel').textContent()).not.toContain('Everything is as it was')
  })

  test('a click on a row, a button and a "since" go to their steps', async () => {
    const { page } = await open(documentOf(handshake), link(6))
    await page.locator('[data-row="1"] .number').click({ force: true })
    expect(await shownOf(page)).toMatchObject({ count: ['1 / 6'] })
    await page.getByRole('button', { name: 'Next step' }).click()
    expect(await shownOf(page)).toMatchObject({ count: ['2 / 6'] })
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByRole('button', { name: 'since 5' }).click()
    expect(await shownOf(page)).toMatchObject({ count: ['5 / 6'] })
    await page.getByRole('slider', { name: 'Step' }).fill('0')
    expect(await shownOf(page)).toMatchObject({ count: ['0 / 6'] })
  })

  test('a link opens its instance at its step; without a step at the end; the button of the browser goes back', async () => {
    const html = documentOf(...(await everything()), handshake)
    const { page } = await open(html, link(2))
    await expect.poll(() => page.locator('.step-count').textContent()).toBe('2 / 6')
    expect(await page.title()).toBe('test/handshake today – fencecheck')
    await page.keyboard.press('Home')
    await page.keyboard.press('j')
    await expect.poll(() => page.url()).toMatch(/#instance=test\/handshake\+today&step=1$/)
    await page.getByRole('link', { name: /^expected / }).click()
    expect(await page.locator('.instance h2').textContent()).toBe('expected N=1')
    expect(await page.locator('.step-count').textContent()).toBe('2 / 2')
    await page.goBack()
    expect(await page.locator('.instance h2').textContent()).toBe('today')
    expect(await page.locator('.step-count').textContent()).toBe('1 / 6')
    await page.goBack()
    expect(await page.locator('.step-count').textContent()).toBe('2 / 6')
    const again = await open(html, '#instance=no/such&step=9')
    expect(await again.page.locator('main').textContent()).toContain('no such instance')
    for (const hash of ['#step=-1', '#instance=%', '#%u', '#step=1e9&instance=test/handshake+today'])
      expect((await open(html, hash)).trouble).toEqual([])
  })

  test('lists all verdicts, by verdict and by search', async () => {
    const { page } = await open(htmlReporter.render([...(await everything()), handshake], [broken]))
    const names = (): Promise<string[]> => page.locator('.models .entry-name bdi').allTextContents()
    const all = ['expected N=1', 'surprising N=1', 'fine N=1', 'missing N=1', 'misused N=1', 'fine N=2', 'today']
    expect(await names()).toEqual(all)
    // What fails is opened by itself.
    expect(await page.locator('.instance h2').textContent()).toBe('surprising N=1')
    expect(await page.locator('.trouble').textContent()).toContain('the model threw: no')
    const shows = async (filter: string, some: readonly string[]): Promise<void> => {
      await page.getByRole('button', { name: filter }).click()
      expect(await names()).toEqual(some)
    }
    await shows('holds', ['fine N=1', 'missing N=1'])
    await shows('unknown', ['fine N=2'])
    await shows('failed', ['surprising N=1', 'missing N=1', 'misused N=1', 'fine N=2'])
    await shows('violated', ['expected N=1', 'surprising N=1', 'misused N=1', 'today'])
    await page.keyboard.press('/')
    await page.keyboard.type('handSHAKE jk')
    expect(await names()).toEqual([])
    await page.keyboard.press('Backspace')
    await page.keyboard.press('Backspace')
    expect(await names()).toEqual(['today'])
    await page.getByRole('link', { name: /^today/ }).click()
    await page.getByRole('button', { name: 'all' }).click()
    await page.getByRole('searchbox').fill('')
    await page.locator('h1').click()
    await page.keyboard.press('[')
    expect(await page.locator('.instance h2').textContent()).toBe('fine N=2')
    expect(await page.locator('.lead').textContent()).toContain('Not decided')
  })

  describe('hostile names', () => {
    const hostile = {
      markup: '<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>',
      'the end of the island': '</script><script>alert(1)</script><!--<script>',
      'the end of anything': ']]>--></style></title></textarea></noscript>',
      'an attribute': `" onfocus="alert(1)" autofocus x='`,
      'a mark from right to left': 'a\u202eb\u2066c\u200fd\u061c',
      'separators of lines': 'a\u2028b\u2029c\u0085d\r\ne',
      'half of a character': 'a\ud800b\udc00',
      'ten thousand characters': 'x'.repeat(10_000),
      'ten thousand words': 'x '.repeat(5_000),
      'a link': 'javascript:alert(1)//https://example.org',
      'an entity and a template': '&lt;b&gt;${alert(1)}{{alert(1)}}',
      'combining marks': `a${'\u0301'.repeat(500)}`,
      nothing: '',
      'a name of an object': '__proto__',
    }
    test.each(Object.entries(hostile))('%s', async (_, text) => {
      const all = withText([...(await everything()), handshake], text)
      for (const options of [{}, phone]) {
        const { page, trouble } = await open(htmlReporter.render(all, [broken]), '', options)
        await lookAtEverything(page)
        expect(trouble).toEqual([])
        const found = await page.evaluate(() => ({
          scripts: document.scripts.length,
          strangers: document.querySelectorAll('img, iframe, object, embed, link, base, form, video, textarea').length,
          handlers: [...document.querySelectorAll('*')].filter((e) =>
            [...e.attributes].some((a) => /^on/i.test(a.name)),
          ).length,
          links: [...document.querySelectorAll('a')].filter((a) => !a.getAttribute('href')!.startsWith('#')).length,
          overflow: document.documentElement.scrollWidth - innerWidth,
        }))
        expect(found).toEqual({ scripts: 2, strangers: 0, handlers: 0, links: 0, overflow: 0 })
        const names = await page.locator('.entry-name bdi').allTextContents()
        expect(names).toHaveLength(7)
        if (text.startsWith('<script>')) expect(names[0]).toContain(text)
      }
    })

    test('even markup that got in neither runs nor sends', async () => {
      const planted =
        '<script>alert(1)</script><img src="https://example.org/x" onerror="alert(2)"><a ping="https://example.org"></a>'
      const { page, trouble } = await open(
        documentOf(handshake).replace('<div id="page">', `${planted}<div id="page">`),
      )
      expect(await page.locator('.step-count').textContent()).toBe('6 / 6')
      await page.waitForTimeout(200)
      expect(trouble.filter((line) => /^(?:dialog|error)/.test(line))).toEqual([])
      // The browser tells of what it has been asked for; what became of it is that the policy refused it.
      expect(trouble).toContain('refused https://example.org/x: csp')
      expect(trouble.filter((line) => /Content Security Policy/.test(line)).length).toBeGreaterThanOrEqual(2)
    })

    test('a script with one byte changed does not run at all', async () => {
      const { page } = await open(documentOf(handshake).replace(/<script>\(?/, (start) => `${start} `))
      expect(await page.locator('#page').innerHTML()).toBe('')
    })
  })

  test('5,000 steps: a key is answered at once, and only what is seen is drawn', async () => {
    const { page, trouble } = await open(documentOf(await longReported(5_000)), link(2_500))
    await page.evaluate(() => {
      const times: number[] = []
      Object.assign(globalThis, { times })
      const note = (): void => {
        const start = performance.now()
        requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - start)))
      }
      addEventListener('keydown', note, true)
    })
    const press = async (key: string, i: number): Promise<void> => {
      await page.keyboard.press(key)
      await page.waitForFunction((n) => (globalThis as unknown as { times: number[] }).times.length > n, i)
    }
    const keys = [...Array.from({ length: 40 }, () => 'j'), 'Home', 'End', 'Home', 'End']
    for (const [i, key] of keys.entries()) await press(key, i)
    await expect.poll(() => page.locator('.step-count').textContent()).toBe('5000 / 5000')
    const times = await page.evaluate(() => (globalThis as unknown as { times: number[] }).times)
    expect(times.length).toBeGreaterThanOrEqual(40)
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!
    expect(median, `milliseconds: ${times.map(Math.round).join(' ')}`).toBeLessThan(100)
    expect(await page.locator('[data-row]').count()).toBeLessThan(200)
    expect(await page.locator('[data-row="5000"]').isVisible()).toBe(true)
    expect(await shownOf(page)).toMatchObject({ marked: ['5000'] })
    // A row that is scrolled to is drawn.
    await page.locator('.chart').evaluate((chart) => chart.scrollTo(0, 1_000 * 30))
    await expect.poll(() => page.locator('[data-row="1005"]').isVisible()).toBe(true)
    expect(trouble).toEqual([])
  })

  test.each(['light', 'dark'] as const)('in %s colours every text has a contrast of 4.5', async (colorScheme) => {
    const html = htmlReporter.render([...(await everything()), handshake], [broken])
    for (const options of [{ colorScheme }, { colorScheme, ...phone }]) {
      const { page } = await open(html, '', options)
      for (const hash of ['', link(1), link(6), '#instance=test/sample+fine+N=2', '#instance=test/sample+fine+N=1']) {
        await page.evaluate((to) => {
          location.hash = to
          return new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
        }, hash)
        const { checked, low } = await leastContrasts(page)
        expect(low).toEqual([])
        expect(checked).toBeGreaterThan(10)
      }
      const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 28)' : 'rgb(246, 247, 249)')
    }
  })

  test('on a phone there is first the list, then one thing, and nothing leaves the screen', async () => {
    const { page } = await open(documentOf(...(await everything()), handshake), '', phone)
    const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth)
    expect(await page.locator('.instance').isVisible()).toBe(false)
    expect(await width()).toBe(360)
    await page.getByRole('link', { name: /^today/ }).tap()
    expect(await page.locator('.verdicts').isVisible()).toBe(false)
    expect(await page.locator('.headline').isVisible()).toBe(true)
    expect(await width()).toBe(360)
    await page.getByRole('button', { name: 'Previous step' }).tap()
    expect(await shownOf(page)).toMatchObject({ count: ['5 / 6'], marked: ['5'] })
    await page.getByRole('button', { name: 'All verdicts' }).tap()
    expect(await page.locator('.verdicts').isVisible()).toBe(true)
  })

  test('on paper the whole counterexample, and nothing that needs a hand', async () => {
    const { page } = await open(documentOf(await longReported(400)), link(0))
    expect(await page.locator('[data-row]').count()).toBeLessThan(200)
    // What the browser prints is what is there when it has told of it: nothing may wait for a frame.
    const announced = await page.evaluate(async () => {
      const rows = (): number => document.querySelectorAll('[data-row]').length
      dispatchEvent(new Event('beforeprint'))
      await Promise.resolve()
      await Promise.resolve()
      const printed = rows()
      dispatchEvent(new Event('afterprint'))
      return printed
    })
    expect(announced).toBe(401)
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
    // 400 rows of 30 pixels on pages of some 1,000.
    expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThanOrEqual(12)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await expect.poll(() => page.locator('[data-row]').count()).toBe(401)
    const shown = await page.evaluate(() => ({
      hidden: ['.verdicts', '.step-bar', '.keys'].filter((name) => document.querySelector(name)!.clientHeight > 0),
      cut: ['.chart', '.source', '.lead']
        .map((name) => document.querySelector(name)!)
        .filter((element) => getComputedStyle(element).overflowY !== 'visible')
        .map((element) => element.className),
      ground: getComputedStyle(document.body).backgroundColor,
    }))
    expect(shown).toEqual({ hidden: [], cut: [], ground: 'rgb(255, 255, 255)' })
    expect((await leastContrasts(page)).low).toEqual([])
    await page.emulateMedia({ media: 'screen' })
    await expect.poll(() => page.locator('[data-row]').count()).toBeLessThan(200)
  })

  test('can be used without eyes and without a mouse', async () => {
    const { page } = await open(documentOf(...(await everything()), handshake), link(6))
    const snapshot = await page.locator('body').ariaSnapshot()
    for (const part of [
      /- navigation "Verdicts"/,
      /- searchbox "Search verdicts"/,
      /- button "all 7" \[pressed\]/,
      /- heading "today" \[level=2\]/,
      /- slider "Step"/,
      /- '?status: "?Step 6 of 6: ioctl: wait f\./,
      /- '?img "Lane diagram of 6 steps/,
      /- '?img "ioctl waits for s: worker. worker waits for r: ioctl"/,
      /- table "Who holds what and waits for what after step 6"/,
      /- rowheader "A ioctl task, stuck"/,
    ])
      expect(snapshot).toMatch(part)
    const unnamed = await page
      .locator('button, input, a')
      .evaluateAll((all) =>
        all.filter((one) => `${one.getAttribute('aria-label') ?? ''}${one.textContent}`.trim() === '').map(String),
      )
    expect(unnamed).toEqual([])
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
      return { name: document.activeElement!.getAttribute('aria-label'), outlineStyle, outlineWidth }
    })
    expect(focus).toEqual({ name: 'Search verdicts', outlineStyle: 'solid', outlineWidth: '2px' })
  })

  test('a picture of it is not blank', async () => {
    for (const options of [{}, phone]) {
      const { page } = await open(documentOf(handshake), link(3), options)
      const path = join(chromium!.folder, 'page.png')
      await page.screenshot({ path })
      expect(statSync(path).size).toBeGreaterThan(20_000)
      const painted = await page.locator('.chart').screenshot()
      expect(painted.length).toBeGreaterThan(2_000)
    }
  })
})
