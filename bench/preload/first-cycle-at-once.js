// The agent waits a random part of a second before its first cycle, so that a fleet does not push at once. Start-up is
// measured without that.
Math.random = () => 0;
