import type { ReactNode } from 'react'

interface StageLayoutProps {
  /** Tools, 40 px wide, at the left of the image; on a phone a row below it. */
  rail?: ReactNode
  /** Options of the present activity: one line above the image, or in the place of the strip. See stage.css. */
  options?: ReactNode
  image: ReactNode
  /** Acts for the image. */
  actions?: ReactNode
  /** One line about the image. */
  facts?: ReactNode
  /** The family, or recent images: 72 px. */
  strip?: ReactNode
}

/** The parts of the stage. Absent ones take no room; the image gets the rest. */
export function StageLayout({ rail, options, image, actions, facts, strip }: StageLayoutProps) {
  return (
    <div className="stage-layout">
      {rail && <div className="stage-rail">{rail}</div>}
      {options && <div className="stage-options">{options}</div>}
      <div className="stage-image">{image}</div>
      {(actions || facts) && (
        <div className="stage-foot">
          {actions}
          {facts}
        </div>
      )}
      {strip && <div className="stage-strip">{strip}</div>}
    </div>
  )
}
