import { useState } from 'react'
import { Switch } from '#ui/switch.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const refused = "Notifications are blocked. Allow them in the browser's settings for this site, then switch this on."

/** System notifications: the user's setting, and the browser's permission. */
export function NotificationSettings() {
  const isWanted = useWorkspace((state) => state.notifications)
  const [permission, setPermission] = useState(currentPermission)
  if (permission === undefined) {
    return <p className="text-faint text-xs">Notifications are not available here.</p>
  }
  const choose = async (notifications: boolean) => {
    const answer = notifications ? await Notification.requestPermission() : Notification.permission
    setPermission(answer)
    useWorkspace.getState().adjust({ notifications: notifications && answer === 'granted' })
  }
  return (
    <>
      <Switch
        label="Notify me when an image is ready"
        checked={isWanted && permission === 'granted'}
        hint="Or fails, while this window is in the background."
        onChange={choose}
      />
      <p role="status" className="text-danger text-xs empty:hidden">
        {permission === 'denied' && refused}
      </p>
    </>
  )
}

function currentPermission(): NotificationPermission | undefined {
  return 'Notification' in globalThis ? Notification.permission : undefined
}
