import { mkdir, writeFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

const FOLDER = new URL('../../docs/pictures/console/', import.meta.url);
/** Longest picture, in pixels: what is below is more of the same. */
const MAX_HEIGHT = 1_100;

/**
 * Writes a picture of a page into the documents, where UPDATE_PICTURES=1 asks for it. As WebP, which takes a fifth of a PNG, and with
 * the folder of a pod in place of the one of the test.
 */
export async function keepPicture(page: Page, name: string, folder: string): Promise<void> {
  if (process.env['UPDATE_PICTURES'] !== '1') return;
  await page.evaluate(`(() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(${JSON.stringify(folder)}, '/etc/watchword');
  })()`);
  const { width } = page.viewportSize() ?? { width: 0 };
  const whole = Number(await page.evaluate('document.documentElement.scrollHeight'));
  const clip = { x: 0, y: 0, width, height: Math.min(whole, MAX_HEIGHT) };
  const png = await page.screenshot({ fullPage: true, clip });
  const webp = await encoded(page, png.toString('base64'));
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL(`${name}.webp`, FOLDER), Buffer.from(webp, 'base64'));
}

/** The browser has the encoder; a page of its own, since ours lets no picture in. */
async function encoded(page: Page, png: string): Promise<string> {
  const blank = await page.context().newPage();
  try {
    return String(
      await blank.evaluate(`(async () => {
        const image = new Image();
        image.src = 'data:image/png;base64,${png}';
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
        canvas.getContext('2d').drawImage(image, 0, 0);
        return canvas.toDataURL('image/webp', 0.65).split(',')[1];
      })()`),
    );
  } finally {
    await blank.close();
  }
}
