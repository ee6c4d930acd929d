# The image: Node 24, the packages that run in production, and the sources as they are. No build step, no shell, no root.

# The bases are pinned by tag here, and by digest where an image is released: "@sha256:...".
ARG NODE_DIGEST=""
ARG BASE_DIGEST=""

# On the machine that builds, whatever the image is for: none of the packages is compiled.
FROM --platform=$BUILDPLATFORM docker.io/library/node:24-bookworm-slim${NODE_DIGEST} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Stands in for packages that only tests would need; the lock file names it.
COPY test/support/empty ./test/support/empty
# Types and source maps are of no use at run time.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.map' \) -delete

FROM gcr.io/distroless/nodejs24-debian12:nonroot${BASE_DIGEST}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="pod-identity-revoker" \
  org.opencontainers.image.description="Evicts exactly the pods that still hold AWS credentials from an EKS Pod Identity association that ended." \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
WORKDIR /app
ENV NODE_ENV=production
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/src/main.ts"]
CMD ["run"]
