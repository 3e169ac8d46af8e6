// SPDX-License-Identifier: Apache-2.0
import type { Page } from 'playwright-core'

/** Texts whose contrast with what they stand on is below 4.5 (WCAG 2.2, 1.4.3), and how many were looked at. */
export const leastContrasts = (page: Page): Promise<{ readonly checked: number; readonly low: readonly string[] }> =>
  page.evaluate(() => {
    type Colour = readonly [number, number, number, number]
    const read = (text: string): Colour => {
      const [r = 0, g = 0, b = 0, a = 1] = [...text.matchAll(/[\d.]+/g)].map(Number)
      return [r, g, b, text === 'none' ? 0 : a]
    }
    const luminance = ([r, g, b]: Colour): number => {
      const [x, y, z] = [r, g, b].map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!
    }
    const contrast = (a: Colour, b: Colour): number => {
      const [low, high] = [luminance(a), luminance(b)].toSorted((x, y) => x - y)
      return (high! + 0.05) / (low! + 0.05)
    }
    const groundOf = (element: Element): Colour => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        const colour = read(getComputedStyle(at).backgroundColor)
        if (colour[3] === 1) return colour
      }
      return [255, 255, 255, 1]
    }
    /** What a text of a picture can stand on: the rectangle beside it, the row that is looked at, else the panel. */
    const groundsOf = (element: Element): readonly Colour[] => {
      const picture = element.closest('svg.chunk, svg.wait-graph')
      if (picture === null) return [groundOf(element)]
      const beside = element.parentElement!.querySelector(':scope > rect')
      const fill = beside === null ? 'none' : getComputedStyle(beside).fill
      if (beside !== null && !fill.startsWith('url') && fill !== 'none') return [read(fill)]
      const current = element.closest('.hold, .wait') === null ? picture.querySelector('.current') : null
      return [groundOf(picture), ...(current === null ? [] : [read(getComputedStyle(current).fill)])]
    }
    const low: string[] = []
    let checked = 0
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== '',
      )
      const box = element.getBoundingClientRect()
      if (!own || box.width < 2 || box.height < 2 || element.closest('title, script, style, noscript') !== null)
        continue
      const style = getComputedStyle(element)
      const colour = read(element.closest('svg') === null ? style.color : style.fill)
      checked++
      for (const ground of groundsOf(element)) {
        const value = contrast(colour, ground)
        if (value < 4.5 || style.opacity !== '1')
          low.push(`${element.tagName}.${element.getAttribute('class')} ${element.textContent!.slice(0, 30)}: ${value}`)
      }
    }
    return { checked, low }
  })
