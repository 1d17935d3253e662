import { useEffect, useState } from 'react'

const laterMs = 4_000

/** Whether the page has been open for a few seconds: less urgent parts must not compete with the first image. */
export function useLater(): boolean {
  const [isLater, setIsLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setIsLater(true), laterMs)
    return () => clearTimeout(timer)
  }, [])
  return isLater
}
