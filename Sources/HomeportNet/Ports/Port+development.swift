package import HomeportCore

extension Port {
    /// What developers run on this port unless they say otherwise. IANA's names, which `/etc/services` has, often tell
    /// another story: to it 3000 is nobody's and 8000 belongs to `irdmi`.
    package var usedInDevelopment: String? { Self.development[number] }

    private static let development: [UInt16: String] = [
        1025: "Mailpit and MailHog, SMTP", 1080: "SOCKS proxies", 1313: "Hugo", 1433: "SQL Server", 1521: "Oracle",
        1883: "MQTT", 2019: "Caddy's admin API", 2181: "ZooKeeper", 2375: "Docker without TLS", 2379: "etcd",
        3000: "Node, Next.js, Rails, Grafana", 3001: "a second Node or Next.js", 3306: "MySQL and MariaDB",
        4000: "Jekyll, Phoenix", 4200: "Angular", 4222: "NATS", 4317: "OpenTelemetry over gRPC",
        4318: "OpenTelemetry over HTTP", 4321: "Astro", 4566: "LocalStack", 5000: "Flask; AirPlay on a Mac",
        5173: "Vite", 5432: "PostgreSQL", 5601: "Kibana", 5672: "RabbitMQ", 6006: "Storybook", 6379: "Redis and Valkey",
        7000: "AirPlay on a Mac", 7233: "Temporal", 8000: "Django, python -m http.server", 8025: "Mailpit and MailHog",
        8080: "Tomcat, Jenkins, many a second web server", 8081: "Metro (React Native)", 8123: "ClickHouse",
        8200: "Vault", 8474: "Toxiproxy", 8500: "Consul", 8545: "Ethereum nodes", 8787: "wrangler (Workers)",
        8888: "Jupyter", 9000: "MinIO, PHP-FPM, SonarQube", 9090: "Prometheus", 9092: "Kafka", 9200: "Elasticsearch",
        9229: "Node's debugger", 11211: "memcached", 11434: "Ollama", 15672: "RabbitMQ's pages", 19000: "Expo",
        24678: "Vite's hot reload", 27017: "MongoDB", 50051: "gRPC examples", 54321: "Supabase",
        62893: "Homeport's front door",
    ]
}
