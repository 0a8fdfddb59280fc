/** A pod made by the API server has a UUID, one from a manifest on the node a hash of 32 digits. */
const UID = /[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32}/.source;
/** `pod<uid>` with the cgroupfs driver, `kubepods-burstable-pod<uid with underscores>.slice` with systemd's. */
const SEGMENT = new RegExp(`^(?:pod|[a-z-]*kubepods[a-z-]*-pod)(${UID})(?:\\.slice)?$`);

/** The `uid` of the Kubernetes pod that a cgroup path runs through. */
export function podUidInPath(path: string): string | undefined {
  if (!path.includes('kubepods')) return undefined;
  for (const segment of path.split('/')) {
    const uid = SEGMENT.exec(segment)?.[1];
    if (uid !== undefined) return uid.replaceAll('_', '-');
  }
  return undefined;
}
