// Starts this project's program as a process of its own.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace quorate::stage {

/// What it prints is added to `log`. The caller waits for the process and ends it.
inline pid_t launch(const std::string& program, const std::vector<std::string>& arguments,
                    const std::string& log) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const auto& one : arguments) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t pid = 0;
  REQUIRE(::posix_spawn(&pid, program.c_str(), &files, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

}  // namespace quorate::stage
