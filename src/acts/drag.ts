/** A dragged image of the gallery; the data is its id. */
export const imageDragType = 'application/x-atelier-picture'
/** A source image dragged to another position; the data is its id. */
export const sourceDragType = 'application/x-atelier-source'
/** Set on every drag that starts in this page, because an `<img>` or link of the page is not a file from outside. */
export const ownDragType = 'application/x-atelier'

/** Whether a drag started in a page of Atelier. Before the drop, only the types of the data can be read. */
export function isOwnDrag(data: DataTransfer): boolean {
  return [imageDragType, sourceDragType, ownDragType].some((type) => data.types.includes(type))
}
