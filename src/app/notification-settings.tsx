import { useState } from 'react'
import { Switch } from '#ui/switch.tsx'
import { useWorkspace } from '#workspace/workspace.ts'

const refused =
  'The browser refuses notifications from this page. Allow them in its settings for this site, then switch this on.'

/** System notifications: what the user wants, and what the browser allows. */
export function NotificationSettings() {
  const isWanted = useWorkspace((state) => state.notifications)
  const [permission, setPermission] = useState(currentPermission)
  if (permission === undefined) {
    return <p className="text-faint text-xs">This browser offers no notifications to this page.</p>
  }
  const choose = async (notifications: boolean) => {
    const answer = notifications ? await Notification.requestPermission() : Notification.permission
    setPermission(answer)
    useWorkspace.getState().adjust({ notifications: notifications && answer === 'granted' })
  }
  return (
    <>
      <Switch
        label="Notify me when a picture is ready"
        checked={isWanted && permission === 'granted'}
        hint="Or could not be made. Once for each, while this window is out of sight."
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
