import { type RefObject, useEffect, useRef } from 'react'

/** Whether the component is still in the page: for work that ends after the user may have closed it. */
export function useIsShown(): RefObject<boolean> {
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  return isShown
}
