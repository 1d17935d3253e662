/** The product's logo, an easel seen from the front. Also drawn in index.html and in public/icon.svg. */
export function Mark() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" fill="none" aria-hidden>
      <rect x="1.75" y="1.75" width="14.5" height="14.5" rx="3.25" stroke="currentColor" strokeWidth="1.5" />
      <path d="M4.75 13.25 9 4.75l4.25 8.5" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx="9" cy="11.5" r="1.25" fill="currentColor" />
    </svg>
  )
}
