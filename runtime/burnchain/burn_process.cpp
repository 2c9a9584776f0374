#include "runtime/burnchain/burn_process.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "runtime/burnchain/burn_server.hpp"
#include "runtime/config/network_file.hpp"
#include "runtime/config/node_keys.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"
#include "runtime/live/process.hpp"
#include "runtime/real_system.hpp"
#include "runtime/wall_clock.hpp"

namespace quorate::runtime {

namespace {

std::uint32_t seconds_of(const WallClock& clock) {
  return static_cast<std::uint32_t>(clock.now().us / 1'000'000);
}

Result<config::NodeKeys> keys_of(const BurnProcessOptions& options) {
  const std::string path = options.dir + "/keys.json";
  const auto ask = [&] {
    return frost::read_passphrase(options.passphrase_file, "Passphrase of " + path + ": ");
  };
  if (frost::file_exists(path)) return config::read_keys_file(path, ask);
  TRY_ASSIGN(const auto passphrase, ask());
  return config::create_keys_file(options.dir, passphrase.view(),
                                  frost::PassphraseCost::interactive);
}

}  // namespace

Result<> run_burnchain(const BurnProcessOptions& options) {
  StopSignals signals;
  start_log("info");
  TRY_ASSIGN(const auto network, config::read_network_file(options.network));
  TRY_ASSIGN(auto keys, keys_of(options));
  network::TransportConfig transport;
  TRY_ASSIGN(transport.listen, network::parse_address(options.listen));
  transport.link.network_id = network.params.network_id;
  transport.dialer.max_connections = 1'024;
  const Duration interval =
      options.interval_ms ? milliseconds(*options.interval_ms) : network.timing.mean_burn_interval;
  const WallClock clock;
  RealSystemConfig config{1};
  caf::actor_system system{config};
  BurnServerConfig chain;
  chain.first = network.params.first_burn_height;
  BurnServer server{system, chain, keys.purse.clone(), seconds_of(clock)};
  TRY(server.start(transport, std::make_shared<const actors::link::NodeIdentity>(keys.node.clone()),
                   clock));
  fmt::print("feed = \"{}@{}\"\n", to_hex(keys.id()), options.listen);
  std::fflush(stdout);
  while (server.transport().peers().size() < options.wait_for) {
    if (signals.wait(milliseconds(100))) return done();
  }
  Instant next = clock.now() + interval;
  while (true) {
    if (signals.wait(std::max(next - clock.now(), milliseconds(1)))) break;
    if (clock.now() < next) continue;
    server.mine(seconds_of(clock));
    next = next + interval;
    const BurnView tip = server.tip();
    spdlog::info("block {} {}, {} nodes", tip.height.value, to_hex(tip.hash).substr(0, 12),
                 server.transport().peers().size());
  }
  server.stop();
  for (const auto& [name, times] : server.refusals()) {
    spdlog::info("transactions refused: {} {}", times, name);
  }
  return done();
}

}  // namespace quorate::runtime
