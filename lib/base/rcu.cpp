#include <harbinger/rcu.h>

#include <urcu-qsbr.h>

namespace harbinger::rcu {

namespace {

struct Retired {
  rcu_head head;
  void* what;
  void (*free)(void*);
};

void free_retired(rcu_head* head) {
  auto* retired = reinterpret_cast<Retired*>(head);
  retired->free(retired->what);
  delete retired;
}

}  // namespace

Reader::Reader() { urcu_qsbr_register_thread(); }
Reader::~Reader() { urcu_qsbr_unregister_thread(); }

void quiescent() noexcept { urcu_qsbr_quiescent_state(); }
void offline() noexcept { urcu_qsbr_thread_offline(); }
void online() noexcept { urcu_qsbr_thread_online(); }

void retire(void* what, void (*free)(void*)) {
  auto* retired = new Retired{{}, what, free};
  urcu_qsbr_call_rcu(&retired->head, free_retired);
}

void barrier() { urcu_qsbr_barrier(); }

}  // namespace harbinger::rcu
