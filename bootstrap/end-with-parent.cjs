// Loaded before a program that would outlive the bootstrap: ends it when the bootstrap is gone, kill -9 included.
// The channel closes with the parent; it does not keep the program alive. Processes that the program starts in turn
// inherit the option but not the parent, and are left alone.

if (process.connected && process.ppid === Number(process.env.ACIK_IYS_BOOTSTRAP_PID)) {
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
}
