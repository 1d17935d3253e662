# Page and proxy in one image. Build: docker build -t atelier . Settings come from the environment: .env.local.example, docs/deploy.md.
FROM node:22-bookworm-slim AS build
WORKDIR /atelier
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# Read when the page is built: the proxy it uses.
ARG VITE_PROXY_URL=/api
RUN VITE_PROXY_URL=$VITE_PROXY_URL npm run build
# What built it stays behind.
RUN rm -rf node_modules && npm ci --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /atelier
COPY --from=build /atelier/package.json ./
COPY --from=build /atelier/node_modules ./node_modules
COPY --from=build /atelier/dist ./dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch(`http://localhost:${process.env.PORT}/api/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell in between: the signal to stop reaches the proxy, which brings what it has sent to its answer first.
CMD ["node", "dist/server/server.js"]
