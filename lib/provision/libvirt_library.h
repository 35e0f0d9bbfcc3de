// libvirt's functions, found when they are first wanted: this program runs where libvirt is not installed.
#pragma once

#include <memory>

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <harbinger/result.h>

namespace harbinger::provision {

/// Each member is the function of its name with `vir` before it. Immutable once loaded, never unloaded; functions may be called by any thread.
struct LibvirtLibrary {
  decltype(&virInitialize) Initialize{};
  decltype(&virSetErrorFunc) SetErrorFunc{};
  decltype(&virGetLastError) GetLastError{};
  decltype(&virConnectOpen) ConnectOpen{};
  decltype(&virConnectClose) ConnectClose{};
  decltype(&virConnectIsAlive) ConnectIsAlive{};
  decltype(&virConnectListAllDomains) ConnectListAllDomains{};
  decltype(&virDomainLookupByName) DomainLookupByName{};
  decltype(&virDomainCreateXML) DomainCreateXML{};
  decltype(&virDomainFree) DomainFree{};
  decltype(&virDomainGetName) DomainGetName{};
  decltype(&virDomainGetState) DomainGetState{};
  decltype(&virDomainGetInfo) DomainGetInfo{};
  decltype(&virDomainGetMetadata) DomainGetMetadata{};
  decltype(&virDomainInterfaceAddresses) DomainInterfaceAddresses{};
  decltype(&virDomainInterfaceFree) DomainInterfaceFree{};
  decltype(&virDomainMemoryStats) DomainMemoryStats{};
  decltype(&virDomainSetVcpusFlags) DomainSetVcpusFlags{};
  decltype(&virDomainSetMemoryFlags) DomainSetMemoryFlags{};
  decltype(&virDomainDestroy) DomainDestroy{};
  decltype(&virDomainUndefine) DomainUndefine{};
  decltype(&virDomainIsPersistent) DomainIsPersistent{};

  /// Once for the process. `unsupported` with what to install when there is none.
  static Result<const LibvirtLibrary*> load();
};

/// What the last call of this thread failed with, in our words.
Error libvirt_error(const LibvirtLibrary& library, const char* doing);

}  // namespace harbinger::provision
