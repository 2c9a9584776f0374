#include "runtime/cluster/cluster_run.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "runtime/live/process.hpp"
#include "runtime/wall_clock.hpp"

namespace quorate::cluster {

namespace {

constexpr Duration look_pause = seconds(1);
constexpr int looks_per_table = 5;
constexpr Duration farewell_time = seconds(10);

/// Starts this program with arguments; what it prints goes to `log`.
Result<int> launch(const std::string& program, const std::vector<std::string>& arguments,
                   const std::string& log) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& one : arguments) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  // A group of its own: a key pressed at the terminal reaches the keeper alone, which ends them.
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, program.c_str(), &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return Error{Errc::cluster_failed, program + " cannot be started"};
  return pid;
}

Result<ProcessList> launch_all(const UpOptions& options) {
  const ClusterPlan& plan = options.plan;
  ProcessList list;
  list.keeper = ::getpid();
  const std::string bitcoin = plan.dir + "/bitcoin";
  TRY_ASSIGN(const int pid,
             launch(options.program,
                    {"burnchain", "--network", plan.dir + "/network.toml", "--dir", bitcoin,
                     "--listen", fmt::format("127.0.0.1:{}", plan.port), "--passphrase-file",
                     bitcoin + "/passphrase", "--wait-for", std::to_string(plan.nodes)},
                    bitcoin + "/log.txt"));
  list.all.push_back({"bitcoin", pid});
  for (std::uint32_t node = 1; node <= plan.nodes; ++node) {
    const std::string name = "n" + std::to_string(node);
    const std::string folder = plan.dir + "/" + name;
    TRY_ASSIGN(const int one, launch(options.program, {"node", "--config", folder + "/node.toml"},
                                     folder + "/log.txt"));
    list.all.push_back({name, one});
  }
  return list;
}

/// Ends what still runs: politely, then not.
void end_all(const ProcessList& list) {
  std::vector<int> left;
  for (const Process& one : list.all) {
    if (is_running(one.pid)) left.push_back(one.pid);
  }
  for (const int pid : left) ::kill(pid, SIGTERM);
  const std::int64_t until = runtime::steady_ms() + farewell_time.ms();
  while (!left.empty() && runtime::steady_ms() < until) {
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    std::erase_if(left, [](int pid) { return !is_running(pid); });
    if (!left.empty()) ::usleep(50'000);
  }
  for (const int pid : left) ::kill(pid, SIGKILL);
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

bool is_all_final(const std::vector<NodeLine>& lines) {
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](const NodeLine& line) {
    return line.as_expected.value_or(false) && line.transfers_final == line.transfers;
  });
}

std::string summary(const std::vector<NodeLine>& lines) {
  std::int64_t p50 = 0;
  std::int64_t p99 = 0;
  std::uint64_t measured = 0;
  for (const NodeLine& line : lines) {
    p50 = std::max(p50, line.p50_ms);
    p99 = std::max(p99, line.p99_ms);
    measured += line.measured;
  }
  return fmt::format(
      "All {} transfers are final on all {} nodes; balances equal the expected ones.\n"
      "Handed in → accepted: p50 {} ms, p99 {} ms (of the slowest node, {} measured).\n",
      lines.front().transfers, lines.size(), p50, p99, measured);
}

}  // namespace

Result<> run_cluster(const UpOptions& options) {
  const auto running = read_processes(options.plan.dir);
  if (running.ok() && is_running(running->keeper)) return Errc::cluster_running;
  TRY(create_cluster(options.plan));
  runtime::StopSignals signals;
  auto launched = launch_all(options);
  TRY(launched);
  const ProcessList list = std::move(launched).value();
  const auto written = write_processes(options.plan.dir, list);
  Result<> outcome = written;
  const std::int64_t until = runtime::steady_ms() + options.patience.ms();
  std::set<int> gone;
  bool was_final = false;
  for (int looks = 0; outcome.ok(); ++looks) {
    if (signals.wait(look_pause)) break;
    int how = 0;
    for (int pid = 0; (pid = ::waitpid(-1, &how, WNOHANG)) > 0;) {
      const auto who = std::find_if(list.all.begin(), list.all.end(),
                                    [&](const Process& one) { return one.pid == pid; });
      if (who == list.all.end() || !gone.insert(pid).second) continue;
      const std::string text = fmt::format("{} ended ({} {}); its log: {}/{}/log.txt", who->name,
                                           WIFSIGNALED(how) ? "signal" : "code",
                                           WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how),
                                           options.plan.dir, who->name);
      fmt::print("{}\n", text);
      if (options.once) outcome = Error{Errc::cluster_failed, text};
    }
    const auto lines = look_at(options.plan.dir, list);
    const bool is_final = is_all_final(lines);
    if (!options.quiet && (looks % looks_per_table == 0 || (is_final && !was_final))) {
      fmt::print("{}\n", text_of(lines));
    }
    if (is_final && !was_final) fmt::print("{}", summary(lines));
    std::fflush(stdout);
    was_final = was_final || is_final;
    if (options.once && was_final) break;
    if (options.once && runtime::steady_ms() > until) {
      outcome = Error{Errc::cluster_failed, "not all transfers became final in time"};
    }
  }
  // Nodes that were started again by hand end as well.
  ProcessList all = list;
  for (const NodeLine& line : look_at(options.plan.dir, list))
    all.all.push_back({line.name, line.pid});
  end_all(all);
  return outcome;
}

Result<> end_cluster(const std::string& dir) {
  TRY_ASSIGN(ProcessList list, read_processes(dir));
  for (const NodeLine& line : look_at(dir, list)) list.all.push_back({line.name, line.pid});
  const bool any = std::any_of(list.all.begin(), list.all.end(),
                               [](const Process& one) { return is_running(one.pid); });
  if (!any && !is_running(list.keeper)) return Error{Errc::cluster_not_running, dir};
  if (is_running(list.keeper)) {
    ::kill(list.keeper, SIGTERM);
    const std::int64_t until = runtime::steady_ms() + farewell_time.ms() + 2'000;
    while (is_running(list.keeper) && runtime::steady_ms() < until) ::usleep(50'000);
  }
  end_all(list);
  return done();
}

}  // namespace quorate::cluster
