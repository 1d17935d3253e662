import type { CSSProperties } from 'react'
import type { Picture } from '#domain/picture.ts'
import { type ExportSettings, targetOf } from '#library/export/export-plan.ts'
import { sizePresets } from '#library/export/size-presets.ts'
import { useThumbnail } from '#store/thumbnail-queries.ts'

const drawn = { stretch: 'object-fill', crop: 'object-cover', pad: 'object-contain' } as const

/** How an image fits the chosen size, with the parts that an app or a cut may cover. */
export function ExportPreview({ picture, settings }: { picture: Picture; settings: ExportSettings }) {
  const url = useThumbnail(picture.id)
  const { width, height } = targetOf(settings) ?? picture
  const covered = sizePresets.find((preset) => preset.width === width && preset.height === height)?.covered
  const longest = 200
  const scale = longest / Math.max(width, height)
  const box: CSSProperties = { width: Math.max(8, width * scale), height: Math.max(8, height * scale) }
  const safe = covered && (covered.map((share) => `${share * 100}%`) as [string, string, string, string])
  return (
    <figure className="grid justify-items-center gap-1.5">
      <div className="relative overflow-hidden border border-line-strong bg-ground" style={box}>
        {url && <img src={url} alt="" draggable={false} className={`size-full ${drawn[settings.fit]}`} />}
        {safe && (
          <div
            aria-hidden
            className="absolute border border-white border-dashed mix-blend-difference"
            style={{ top: safe[0], right: safe[1], bottom: safe[2], left: safe[3] }}
          />
        )}
      </div>
      <figcaption className="text-faint text-xs">
        <span>{`${width.toLocaleString('en')} × ${height.toLocaleString('en')}`}</span>
        {safe && <span> · keep what matters inside the dashes</span>}
      </figcaption>
    </figure>
  )
}
