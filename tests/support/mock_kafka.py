"""A Kafka cluster of librdkafka's own (rdkafka_mock.h) within this process, and a producer for it: what is sent there is gone with the process."""
import ctypes

KAFKA = ctypes.CDLL("librdkafka.so.1")
KAFKA.rd_kafka_conf_new.restype = KAFKA.rd_kafka_new.restype = KAFKA.rd_kafka_handle_mock_cluster.restype = ctypes.c_void_p
KAFKA.rd_kafka_mock_cluster_bootstraps.restype = KAFKA.rd_kafka_err2str.restype = ctypes.c_char_p
TOPIC, PARTITION, VALUE, MSGFLAGS, HEADER = 1, 3, 4, 7, 9  # of rd_kafka_vtype_t
COPY = 2  # RD_KAFKA_MSG_F_COPY


class MockKafka:
    def __init__(self, topics=(("events", 1),), brokers=1):
        self.count = brokers
        conf = ctypes.c_void_p(KAFKA.rd_kafka_conf_new())
        why = ctypes.create_string_buffer(512)
        for name, value in {"test.mock.num.brokers": brokers, "linger.ms": 0, "log_level": 0, "reconnect.backoff.max.ms": 500}.items():
            assert KAFKA.rd_kafka_conf_set(conf, name.encode(), str(value).encode(), why, 512) == 0, why.value
        self.handle = ctypes.c_void_p(KAFKA.rd_kafka_new(0, conf, why, 512))
        assert self.handle, why.value
        self.cluster = ctypes.c_void_p(KAFKA.rd_kafka_handle_mock_cluster(self.handle))
        self.servers = KAFKA.rd_kafka_mock_cluster_bootstraps(self.cluster).decode().split(",")
        for name, partitions in topics:
            self.create(name, partitions)

    def create(self, name, partitions=1):
        KAFKA.rd_kafka_mock_topic_create(self.cluster, name.encode(), partitions, 1)

    def broken(self, name, code):
        """Every question about the topic is answered by this code of the protocol; 0: no more."""
        KAFKA.rd_kafka_mock_topic_set_error(self.cluster, name.encode(), code)

    def send(self, value, headers=(), topic="events", partition=0):
        """Queues a message; flush() waits for it."""
        value = value if isinstance(value, bytes) else value.encode()
        rest = []
        for name, text in dict(headers).items():
            rest += [ctypes.c_int(HEADER), ctypes.c_char_p(name.encode()), ctypes.c_char_p(text.encode()), ctypes.c_ssize_t(len(text.encode()))]
        code = KAFKA.rd_kafka_producev(self.handle, ctypes.c_int(TOPIC), ctypes.c_char_p(topic.encode()), ctypes.c_int(PARTITION), ctypes.c_int32(partition),
                                       ctypes.c_int(VALUE), ctypes.c_char_p(value), ctypes.c_size_t(len(value)), ctypes.c_int(MSGFLAGS), ctypes.c_int(COPY), *rest, ctypes.c_int(0))
        assert code == 0, KAFKA.rd_kafka_err2str(code)

    def flush(self):
        assert KAFKA.rd_kafka_flush(self.handle, 60_000) == 0

    def down(self):
        for id in range(1, self.count + 1):
            assert KAFKA.rd_kafka_mock_broker_set_down(self.cluster, id) == 0

    def up(self):
        for id in range(1, self.count + 1):
            assert KAFKA.rd_kafka_mock_broker_set_up(self.cluster, id) == 0

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        KAFKA.rd_kafka_purge(self.handle, 7)
        KAFKA.rd_kafka_destroy(self.handle)
