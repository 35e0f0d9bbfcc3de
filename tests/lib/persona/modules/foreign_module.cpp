// A module as another build would bring it.
extern "C" const char* harbinger_module_abi() { return "of another age"; }
extern "C" void harbinger_connect_engine() {}
