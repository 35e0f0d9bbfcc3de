#include "provision/instance_log.h"

#include <fstream>
#include <string>
#include <system_error>

namespace harbinger::provision {

void limit_log(const std::filesystem::path& file, std::uint64_t most) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || size <= most) return;
  std::string end(most / 2, '\0');
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(size - end.size()));
  in.read(end.data(), static_cast<std::streamsize>(end.size()));
  end.resize(static_cast<std::size_t>(in.gcount()));
  std::ofstream(std::filesystem::path(file).concat(".old"), std::ios::binary | std::ios::trunc) << end;
  std::filesystem::resize_file(file, 0, error);  // who appends goes on at the new end
}

}  // namespace harbinger::provision
