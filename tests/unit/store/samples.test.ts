import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { variantCount } from '#store/sample-ids.ts'
import { sampleList, sampleVariants } from '#store/sample-list.ts'

it('the samples are the files they are said to be, small enough to come with the app', async () => {
  for (const [index, { file, width, height, parent = -1 }] of [...sampleList, ...sampleVariants].entries()) {
    const bytes = await readFile(`public/${file}`)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width, height })
    expect(bytes.byteLength).toBeLessThanOrEqual(90 * 1024)
    expect(parent).toBeLessThan(index)
  }
  expect(sampleVariants).toHaveLength(variantCount)
})
