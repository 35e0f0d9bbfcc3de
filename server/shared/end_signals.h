// How programs without an event loop of their own are told to end.
#pragma once

namespace harbinger::server {

/// Keeps SIGTERM and SIGINT for wait_for_end. Before there are threads, so that all of them leave these signals to it.
void keep_end_signals();

/// Returns at the first of these signals; the next one then ends the process at once.
void wait_for_end();

}  // namespace harbinger::server
