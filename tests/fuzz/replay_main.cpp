// Runs a fuzz target over the files of folders, without libFuzzer. The last name printed is the file that broke it.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  std::size_t files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::cout << entry.path().string() << std::endl;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::vector<char> octets(std::istreambuf_iterator<char>(file), {});
      // A copy of the exact size, so that a sanitizer sees a step too far.
      const std::vector<std::uint8_t> input(octets.begin(), octets.end());
      LLVMFuzzerTestOneInput(input.data(), input.size());
      ++files;
    }
  }
  if (files == 0) std::cerr << "replay: no files in the corpus\n";
  return files == 0 ? 1 : 0;
}
