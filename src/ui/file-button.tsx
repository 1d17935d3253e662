import { type ChangeEvent, useId } from 'react'

interface FileButtonProps {
  label: string
  /** As the attribute of `<input type="file">`: ".zip,application/zip". */
  accept: string
  disabled?: boolean
  onFile(file: File): void
}

/** A file input that looks like a button, named by its label. The same file can be chosen again. */
export function FileButton({ label, accept, disabled = false, onFile }: FileButtonProps) {
  const id = useId()
  const onChange = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const [file] = currentTarget.files ?? []
    if (file) onFile(file)
    // A second choice of the same file would be no change otherwise.
    currentTarget.value = ''
  }
  return (
    <span className="file-button">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="file" accept={accept} disabled={disabled} onChange={onChange} />
    </span>
  )
}
