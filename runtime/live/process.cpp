#include "runtime/live/process.hpp"

#include <csignal>
#include <fstream>

#include <unistd.h>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace quorate::runtime {

namespace {

sigset_t stop_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = stop_set();
  ASSERT(::pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> StopSignals::wait(Duration time) {
  const sigset_t set = stop_set();
  const timespec limit{static_cast<time_t>(time.us / 1'000'000), (time.us % 1'000'000) * 1'000};
  const int got = ::sigtimedwait(&set, nullptr, &limit);
  if (got < 0) return std::nullopt;
  return got;
}

void start_log(const std::string& level) {
  auto logger = spdlog::stderr_logger_mt("quorate");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

std::uint64_t resident_kib() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  file >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1'024;
}

}  // namespace quorate::runtime
