#include <harbinger/worker.h>

namespace harbinger::detail {

thread_local constinit std::size_t worker_index = 0;

}  // namespace harbinger::detail
