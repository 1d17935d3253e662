import type { Config } from 'tailwindcss'

const tone = (name: string) => `var(--${name})`

/** The design tokens. Colours resolve to the custom properties of src/styles.css, one set for dark and one for light. */
export default {
  content: ['./index.html', './src/**/*.{ts,tsx}'],
  theme: {
    colors: {
      transparent: 'transparent',
      current: 'currentColor',
      /** The room, from back to front. */
      ground: tone('ground'),
      panel: tone('panel'),
      raised: tone('raised'),
      hover: tone('hover'),
      line: tone('line'),
      'line-strong': tone('line-strong'),
      /** Text, from strong to faint; faint still has 4.5:1 on panel. */
      ink: tone('ink'),
      soft: tone('soft'),
      faint: tone('faint'),
      /** The one thing to do next. */
      accent: tone('accent'),
      'accent-hover': tone('accent-hover'),
      'on-accent': tone('on-accent'),
      danger: tone('danger'),
      veil: tone('veil'),
    },
    fontFamily: {
      sans: ['system-ui', '-apple-system', 'Segoe UI', 'Roboto', 'Helvetica Neue', 'Arial', 'sans-serif'],
      mono: ['ui-monospace', 'SF Mono', 'Menlo', 'Consolas', 'monospace'],
    },
    fontSize: {
      xs: ['0.75rem', '1rem'],
      sm: ['0.8125rem', '1.25rem'],
      base: ['1rem', '1.5rem'],
    },
    borderRadius: { none: '0', sm: '6px', DEFAULT: '8px', lg: '10px', full: '9999px' },
    transitionDuration: { DEFAULT: '140ms', slow: '200ms' },
    screens: { middle: '768px', wide: '1200px' },
  },
} satisfies Config
