/** An image of the gallery on its way; the data is its id. */
export const imageDragType = 'application/x-atelier-picture'
/** A source image changing its place; the data is its id. */
export const sourceDragType = 'application/x-atelier-source'
/** On every drag that starts in this page, whatever is dragged: an `<img>` or a link of ours is no file from outside. */
export const ownDragType = 'application/x-atelier'

/** Whether what is dragged started in a page of Atelier. Only the kinds of data can be read before the drop. */
export function isOwnDrag(data: DataTransfer): boolean {
  return [imageDragType, sourceDragType, ownDragType].some((type) => data.types.includes(type))
}
