// Mixes 32 octets, told in hexadecimal, into the kernel's generator, which then begins anew with them.
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char** argv) {
  struct {
    int bits, octets;
    unsigned char seed[32];
  } pool = {256, 32, {0}};
  if (argc != 2 || strlen(argv[1]) != 64) return 2;
  for (int i = 0; i < 32; ++i) {
    unsigned octet = 0;
    if (sscanf(argv[1] + 2 * i, "%2x", &octet) != 1) return 2;
    pool.seed[i] = (unsigned char)octet;
  }
  const int random = open("/dev/urandom", O_RDWR);
  if (random < 0) return 1;
  return ioctl(random, RNDADDENTROPY, &pool) || ioctl(random, RNDRESEEDCRNG) ? 1 : 0;
}
