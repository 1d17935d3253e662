/** The longer side, in px of the 20-px box around it. */
const longSide = 18

/**
 * A small outlined rectangle with the proportions of "16:9"; dashed if `ratio` is not a ratio ("Auto", "Match input").
 */
export function RatioMark({ ratio }: { ratio: string }) {
  const [width = 1, height = 1] = ratio.split(':').map(Number)
  const isRatio = width > 0 && height > 0 && /^\d+:\d+$/.test(ratio)
  const scale = longSide / Math.max(width, height)
  const [w, h] = isRatio ? [width * scale, height * scale] : [14, 14]
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.25" aria-hidden>
      <rect
        x={(20 - w) / 2 + 0.6}
        y={(20 - h) / 2 + 0.6}
        width={w - 1.2}
        height={h - 1.2}
        rx="1.5"
        {...(isRatio ? {} : { strokeDasharray: '2.5 2' })}
      />
    </svg>
  )
}
