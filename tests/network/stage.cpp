#include "tests/network/stage.hpp"

#include "runtime/live/process.hpp"
#include "runtime/simulation/cast.hpp"
#include "storage/memory_store.hpp"
#include "tests/loopback.hpp"

namespace quorate::stage {

std::shared_ptr<const actors::link::NodeIdentity> identity(const std::string& name) {
  return std::make_shared<const actors::link::NodeIdentity>(
      crypto::SecretKey::derive("quorate/test-node", as_bytes(name)));
}

RealNode::RealNode(const actors::link::Config& link, network::HalfOpenGate::Limits half_open) {
  auto scenario = simulation::preset("tiny");
  REQUIRE(scenario.ok());
  const simulation::Cast cast{*scenario};
  auto genesis = simulation::read_genesis(QUORATE_SOURCE_DIR "/examples/data/demo/genesis.json");
  REQUIRE(genesis.ok());
  genesis->signers = cast.signers();
  runtime::LiveNodeSetup setup;
  setup.node = cast.config(1, 1, *genesis);
  setup.node.producer.reset();
  setup.network.listen = network::Address{"127.0.0.1", 0};
  setup.network.link = link;
  setup.network.link.network_id = network_id;
  setup.network.half_open = half_open;
  setup.identity = identity("victim");
  setup.store = std::make_unique<storage::MemoryStore>();
  auto node = runtime::LiveNode::start(system_, clock_, std::move(setup));
  REQUIRE(node.ok());
  node_ = std::move(node).value();
}

RealNode::~RealNode() { node_->stop(); }

std::uint64_t RealNode::refused(Errc reason) const {
  return node_->transport().counters().times(network::Occasion::refused, reason);
}
std::uint64_t RealNode::ended(Errc reason) const {
  return node_->transport().counters().times(network::Occasion::ended, reason);
}
std::map<std::string, std::uint64_t> RealNode::reasons() const {
  return node_->transport().counters().reasons();
}

RawClient::RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  connect_loopback(socket_.get(), port);
}

bool RawClient::send(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::send_frame(ByteView content) {
  Bytes wire;
  messages::put_frame(wire, content);
  return send(wire);
}

bool RawClient::read(std::uint8_t* out, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::recv(socket_.get(), out, size, 0);
    if (got <= 0) return false;
    out += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<Bytes> RawClient::receive_frame() {
  std::uint8_t prefix[4];
  if (!read(prefix, 4)) return std::nullopt;
  Bytes content(get_be<std::uint32_t>(prefix));
  if (!read(content.data(), content.size())) return std::nullopt;
  return content;
}

bool RawClient::is_closed() {
  std::uint8_t buffer[4096];
  while (true) {
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK)) return true;
    if (got < 0) return false;
  }
}

Insider::Insider(const std::string& name, std::uint16_t port, const messages::NodeId& node)
    : raw_(port) {
  const auto own = identity(name);
  auto ephemeral = crypto::EphemeralKey::generate();
  messages::HandshakeHello hello;
  hello.network_id = network_id;
  hello.ephemeral = ephemeral.public_key();
  hello.dialer = own->id;
  hello.listener = node;
  if (!raw_.send_frame(messages::encode_hello(hello))) return;
  const auto frame = raw_.receive_frame();
  if (!frame) return;
  const auto answer = decode<messages::HandshakeAnswer>(*frame);
  REQUIRE(answer.ok());
  auto keys = std::move(ephemeral).agree(crypto::LinkSide::dialer, answer->ephemeral);
  REQUIRE(keys.ok());
  const Hash256 digest =
      messages::handshake_digest(hello, answer->ephemeral, crypto::LinkSide::dialer);
  const messages::HandshakeProof proof{crypto::sign_schnorr(own->key, digest, Hash256{})};
  if (raw_.send_frame(encode(proof))) keys_ = std::move(keys).value();
}

bool Insider::send(std::uint8_t kind, ByteView content) {
  REQUIRE(keys_);
  Bytes wire;
  messages::put_sealed(wire, keys_->sending, kind, content);
  return raw_.send(wire);
}

bool Insider::send(const messages::LinkControl& control) {
  const Bytes content = encode(control);
  return send(content[0], ByteView{content}.subspan(1));
}

std::string Insider::farewell() {
  while (auto frame = raw_.receive_frame()) {
    const auto opened = messages::open_sealed(keys_->receiving, *frame);
    if (!opened.ok() || messages::carried_message(*opened)) continue;
    const auto control = messages::decode_control(*opened);
    if (!control.ok()) continue;
    if (const auto* bye = std::get_if<messages::LinkFarewell>(&*control)) return bye->reason.text;
  }
  return "";
}

bool Insider::is_answered() {
  if (!keys_ || !send(messages::LinkControl{messages::LinkPing{4711}})) return false;
  while (auto frame = raw_.receive_frame()) {
    const auto opened = messages::open_sealed(keys_->receiving, *frame);
    if (!opened.ok()) return false;
    const auto control = messages::decode_control(*opened);
    if (control.ok() && *control == messages::LinkControl{messages::LinkPong{4711}}) return true;
  }
  return false;
}

std::uint64_t grown_kib(std::uint64_t before) {
  const std::uint64_t now = runtime::resident_kib();
  return now > before ? now - before : 0;
}

}  // namespace quorate::stage
