import { useEffect, useState } from 'react'

const laterMs = 4_000

/** Whether the page has been there for a few seconds: what is only good to know does not compete with the first picture. */
export function useLater(): boolean {
  const [isLater, setIsLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLater(true), laterMs)
    return () => clearTimeout(timer)
  }, [])
  return isLater
}
