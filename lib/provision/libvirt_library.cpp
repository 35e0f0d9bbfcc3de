#include "provision/libvirt_library.h"

#include <dlfcn.h>

#include <string>

namespace harbinger::provision {

namespace {

constexpr const char* kFile = "libvirt.so.0";

template <class Function>
void find(void* library, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (!function) missing += std::string(missing.empty() ? "" : ", ") + name;
}

void find_all(void* from, LibvirtLibrary& to, std::string& missing) {
#define HARBINGER_FIND(name) find(from, "vir" #name, to.name, missing)
  HARBINGER_FIND(Initialize);
  HARBINGER_FIND(SetErrorFunc);
  HARBINGER_FIND(GetLastError);
  HARBINGER_FIND(ConnectOpen);
  HARBINGER_FIND(ConnectClose);
  HARBINGER_FIND(ConnectIsAlive);
  HARBINGER_FIND(ConnectListAllDomains);
  HARBINGER_FIND(DomainLookupByName);
  HARBINGER_FIND(DomainCreateXML);
  HARBINGER_FIND(DomainFree);
  HARBINGER_FIND(DomainGetName);
  HARBINGER_FIND(DomainGetState);
  HARBINGER_FIND(DomainGetInfo);
  HARBINGER_FIND(DomainGetMetadata);
  HARBINGER_FIND(DomainInterfaceAddresses);
  HARBINGER_FIND(DomainInterfaceFree);
  HARBINGER_FIND(DomainMemoryStats);
  HARBINGER_FIND(DomainSetVcpusFlags);
  HARBINGER_FIND(DomainSetMemoryFlags);
  HARBINGER_FIND(DomainDestroy);
  HARBINGER_FIND(DomainUndefine);
  HARBINGER_FIND(DomainIsPersistent);
#undef HARBINGER_FIND
}

// What it would write to stderr by itself is in our errors.
void say_nothing(void*, virErrorPtr) {}

Result<const LibvirtLibrary*> open() {
  static LibvirtLibrary library;
  void* const file = ::dlopen(kFile, RTLD_NOW | RTLD_LOCAL);
  if (!file)
    return fail(ErrorCode::unsupported,
                std::string("there is no ") + kFile + " here; Debian's package libvirt0 has it");
  std::string missing;
  find_all(file, library, missing);
  if (!missing.empty()) return fail(ErrorCode::unsupported, std::string(kFile) + " is too old: it lacks " + missing);
  if (library.Initialize() != 0) return fail(ErrorCode::unsupported, std::string(kFile) + " does not begin");
  library.SetErrorFunc(nullptr, say_nothing);
  return &library;
}

ErrorCode code_of(const virError& error) {
  switch (error.code) {
    case VIR_ERR_NO_DOMAIN:
      return ErrorCode::not_found;
    case VIR_ERR_DOM_EXIST:
      return ErrorCode::conflict;
    case VIR_ERR_NO_MEMORY:
      return ErrorCode::too_large;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
      return ErrorCode::unsupported;
    case VIR_ERR_OPERATION_TIMEOUT:
      return ErrorCode::timeout;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_INVALID_ARG:
    case VIR_ERR_OPERATION_DENIED:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
      return ErrorCode::denied;
    default:
      return ErrorCode::unreachable;
  }
}

}  // namespace

Result<const LibvirtLibrary*> LibvirtLibrary::load() {
  static const Result<const LibvirtLibrary*> loaded = open();
  return loaded;
}

Error libvirt_error(const LibvirtLibrary& library, const char* doing) {
  const auto* const error = library.GetLastError();
  if (!error || error->code == VIR_ERR_OK) return {ErrorCode::internal, std::string("libvirt: ") + doing + ": failed"};
  auto code = code_of(*error);
  const std::string said = error->message ? error->message : "(nothing more)";
  if (said.find("annot allocate memory") != said.npos) code = ErrorCode::too_large;
  return {code, std::string("libvirt: ") + doing + ": " + said};
}

}  // namespace harbinger::provision
