#include "tests/http/http_stage.hpp"

#include <poll.h>
#include <sys/wait.h>

#include "tests/loopback.hpp"

namespace quorate::stage {

crypto::SecretKey writer_key() { return crypto::SecretKey::derive("quorate/test-http-writer", {}); }

consensus::OwnDb notes_db(std::uint32_t slots, consensus::ChunkDigest digest) {
  consensus::OwnDb db;
  db.contract.text = notes;
  db.owners = {{writer_key().public_key(), slots}};
  db.limits = {static_cast<std::uint32_t>(consensus::max_chunk_bytes), 1'000'000};
  db.digest = digest;
  return db;
}

Json write_body(const consensus::OwnDb& db, std::uint32_t slot, std::uint64_t version,
                const Bytes& content) {
  const auto chunk = consensus::sign_chunk(
      http_network, consensus::own_db_address(http_network, db), consensus::ChunkSlot{slot},
      ChunkVersion{version}, SharedBytes{Bytes{content}}, writer_key());
  return {{"version", version},
          {"chunk", to_hex(ByteView{content})},
          {"signature", to_hex(chunk.signature)}};
}

Json legacy_body(std::uint32_t slot, std::uint32_t version, const Bytes& content) {
  const Hash256 digest = consensus::legacy_chunk_digest(
      consensus::ChunkSlot{slot}, ChunkVersion{version}, crypto::sha512_256(content));
  return {{"slot_id", slot},
          {"slot_version", version},
          {"sig", to_hex(crypto::sign_recoverable(writer_key(), digest))},
          {"data", to_hex(ByteView{content})}};
}

HttpNode::HttpNode(http::ServerConfig http, consensus::OwnDb db,
                   std::unique_ptr<storage::RecordStore> store, const std::string& name,
                   std::vector<network::PeerAddress> peers) {
  runtime::LiveNodeSetup setup;
  setup.node.params.network_id = http_network;
  setup.node.timing.anti_entropy = seconds(1);
  setup.node.scope = runtime::NodeConfig::Scope::own_dbs;
  setup.node.replica_commit = actors::ReplicaCommit::grouped;
  setup.node.own_dbs = {consensus::own_contract(http_network, db).value()};
  setup.node.seed = crypto::sha256(as_bytes(name));
  setup.node.feed = messages::PeerId{0};
  setup.network.listen = network::Address{"127.0.0.1", 0};
  setup.network.link.network_id = http_network;
  setup.network.peers = std::move(peers);
  setup.identity = std::make_shared<const actors::link::NodeIdentity>(
      crypto::SecretKey::derive("quorate/test-http-node", as_bytes(name)));
  setup.store = std::move(store);
  setup.http = std::move(http);
  auto node = runtime::LiveNode::start(system_, clock_, std::move(setup));
  REQUIRE_MESSAGE(node.ok(), node.error().message());
  node_ = std::move(node).value();
  ticker_ = std::thread([this] {
    std::unique_lock lock{mutex_};
    while (!changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return is_over_; })) {
      lock.unlock();
      node_->tick();
      lock.lock();
    }
  });
}

HttpNode::~HttpNode() {
  {
    const std::lock_guard lock{mutex_};
    is_over_ = true;
  }
  changed_.notify_all();
  ticker_.join();
  node_->stop();
}

std::uint64_t HttpNode::refused(Errc reason) const {
  const auto refusals = node_->picture().server.refusals;
  const auto at = refusals.find(reason);
  return at == refusals.end() ? 0 : at->second;
}

bool HttpNode::await(const std::function<bool()>& holds) const {
  const std::int64_t until = runtime::steady_ms() + 20'000;
  while (!holds()) {
    if (runtime::steady_ms() > until) return false;
    // The node's own threads do the work; this looks again now and then.
    static_cast<void>(::poll(nullptr, 0, 10));
  }
  return true;
}

RawHttp::RawHttp(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const int small = 16 * 1'024;  // So that a reader that does not read is noticed soon.
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  connect_loopback(socket_.get(), port);
}

bool RawHttp::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawHttp::rest() { return until(std::string_view{}); }

std::string RawHttp::until(std::string_view end) {
  std::string out;
  char buffer[4096];
  while (end.empty() || out.find(end) == std::string::npos) {
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) break;
    out.append(buffer, static_cast<std::size_t>(got));
  }
  return out;
}

std::string output_of(const std::string& command, int& code) {
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    out.append(buffer, n);
  }
  const int status = ::pclose(pipe);
  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return out;
}

bool has_program(const std::string& name) {
  int code = 0;
  static_cast<void>(output_of("command -v " + name + " 2>/dev/null", code));
  return code == 0;
}

}  // namespace quorate::stage
